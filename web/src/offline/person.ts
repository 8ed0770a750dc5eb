/** Who listens here, as far as that must be known while nobody can be asked. */
import type { User } from "../api/extension";
import { LEFT } from "./state";

const PERSON = "philomel.person";

export function keptPerson(): User | null {
  try {
    return JSON.parse(localStorage.getItem(PERSON) ?? "null") as User | null;
  } catch {
    return null;
  }
}

export function keepPerson(person: User): void {
  try {
    localStorage.setItem(PERSON, JSON.stringify(person));
  } catch {
    // Full, or forbidden: then there is nothing offline either.
  }
}

/** What was kept of somebody who signed out goes when the player begins next. */
export async function letGo(): Promise<void> {
  const gone = localStorage.getItem(LEFT);
  if (!gone) return;
  await (await import("./downloads")).removeAll(gone);
  localStorage.removeItem(LEFT);
}
