/** Every page, dark and light: nothing serious for those who see, hear or move otherwise. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { pagesOf } from "./pages";

async function grave(page: Page, rules?: string[]): Promise<string[]> {
  const asked = new AxeBuilder({ page });
  const { violations } = await (rules ? asked.withRules(rules) : asked).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    );
}

test("has no serious finding on any page, dark or light", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const page = await signedIn.newPage();
  for (const { name, open } of await pagesOf(signedIn)) {
    await test.step(name, async () => {
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await open(page);
      expect.soft(await grave(page), `${name}, dark`).toEqual([]);
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
      await page.waitForFunction(() =>
        document.getAnimations().every((each) => !(each instanceof CSSTransition)),
      );
      expect.soft(await grave(page, ["color-contrast"]), `${name}, light`).toEqual([]);
    });
  }
});
