/** What went wrong with a request, in words and as a number. */
export interface ApiError {
  /** HTTP status; 0 when no answer came at all. */
  status: number;
  message: string;
  /** The extension API's own word for it. */
  code?: string;
  /** Seconds until it is worth trying again. */
  retryAfter?: number;
}

/** Reads the error forms of both doors; anything else becomes a plain sentence. */
export async function errorOf(response: Response): Promise<ApiError> {
  const error: ApiError = { status: response.status, message: response.statusText };
  const retry = Number(response.headers.get("retry-after"));
  if (retry > 0) error.retryAfter = retry;
  try {
    const body = await response.json();
    const told = body?.error ?? body;
    if (typeof told?.message === "string") error.message = told.message;
    if (typeof told?.code === "string") error.code = told.code;
  } catch {
    // A proxy's page, or nothing: the status says it.
  }
  return error;
}

export const isAway = (error: ApiError): boolean => error.status === 0 || error.status >= 502;
