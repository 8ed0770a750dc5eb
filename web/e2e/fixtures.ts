/** What every test stands on: a server with the sampler, and an eye on what the browser refuses. */
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { Philomel, sampler } from "./server";

export { expect };

/** Refusals of the policy, and errors nobody caught. */
export function watch(context: BrowserContext): string[] {
  const problems: string[] = [];
  void context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      // biome-ignore lint/suspicious/noConsole: the test reads it there
      console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  context.on("console", (message) => {
    if (/Content Security Policy|Minified React error/.test(message.text()))
      problems.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`${error.page()?.url()}: ${error.error()}`));
  return problems;
}

/** Seconds of the track that are over, as the bar says. */
export const elapsed = async (page: Page): Promise<number> =>
  Number(
    await page.locator("footer, section").getByLabel("Place in the track").first().inputValue(),
  );

export const bar = (page: Page) => page.getByRole("region", { name: "Player" });

/** Until sound goes on: the place in the track moves. */
export async function expectSound(page: Page): Promise<void> {
  const before = await elapsed(page);
  await expect.poll(() => elapsed(page)).not.toBe(before);
}

interface Shared {
  philomel: Philomel;
}

interface Own {
  signedIn: BrowserContext;
}

export const test = base.extend<Own, Shared>({
  philomel: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names of what is asked for
    async ({}, use) => {
      const server = await Philomel.start("--sampler", await sampler());
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  signedIn: async ({ philomel, browser }, use) => {
    const context = await philomel.signedIn(browser);
    const problems = watch(context);
    await use(context);
    await context.close();
    expect(problems).toEqual([]);
  },
});
