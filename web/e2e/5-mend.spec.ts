/** Files put into a library, tags mended in it, and both taken back. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import { type Page, test } from "@playwright/test";
import { expect, watch } from "./fixtures";
import { Philomel } from "./server";

const ROOT = resolve(import.meta.dirname, "../..");
const MAKE = `
import sys
from pathlib import Path
from tests.media.files import make
folder = Path(sys.argv[1])
one = {"title": "Sogn", "artist": "Vera", "album": "Dawn", "date": "1999"}
make(folder / "music" / "Vera" / "Dawn" / "1.flac", one, seconds=5)
make(folder / "new.flac", {**one, "title": "Second", "tracknumber": "2"}, seconds=5, frequency=500)
`;

const shot = async (page: Page, name: string): Promise<void> => {
  if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
};

const hash = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

async function noneSerious(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(bad.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/** What is missing in tags; the server looks at files when it has nothing else to do. */
async function incomplete(page: Page): Promise<void> {
  const kind = page.getByRole("button", { name: /Missing tags/ });
  await expect(async () => {
    await page.goto("/admin/health");
    await expect(kind).toBeVisible({ timeout: 3000 });
  }).toPass();
  await kind.click();
}

test("uploads into a library, and mends tags in it", async ({ browser }) => {
  const folder = await mkdtemp(join(tmpdir(), "philomel-mend-"));
  const env = { ...process.env, PYTHONPATH: [join(ROOT, "src"), ROOT].join(":") };
  const python = process.env.PYTHON ?? join(ROOT, ".venv/bin/python");
  await promisify(execFile)(python, ["-c", MAKE, folder], { env, cwd: ROOT });
  const philomel = await Philomel.start("--music", join(folder, "music"));
  const context = await philomel.signedIn(browser);
  const problems = watch(context);
  const page = await context.newPage();

  // Nothing is written into a library that nobody allowed it for.
  await page.goto("/admin");
  await expect(page.getByText("1 file", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Add music" })).toHaveCount(0);
  await incomplete(page);
  await page.getByRole("button", { name: "Mend Sogn" }).click();
  const dialog = page.getByRole("dialog", { name: "Mend Sogn" });
  await expect(dialog.getByText("nothing may be written")).toBeVisible();
  await shot(page, "refused");
  await dialog.getByRole("link", { name: "Libraries and what is allowed in them" }).click();
  await page.getByRole("button", { name: "Allow changes in music" }).click();
  await page.getByRole("button", { name: "Allow it" }).click();
  const zone = page.getByText("Drop files or folders into music");
  await expect(zone).toBeVisible();

  await writeFile(join(folder, "noise.mp3"), "no music");
  await writeFile(join(folder, "notes.exe"), "no music");
  await page
    .getByLabel("Files for music")
    .setInputFiles(["new.flac", "noise.mp3", "notes.exe"].map((name) => join(folder, name)));
  const files = page.getByRole("list", { name: "Files on their way into music" });
  await expect(files.getByRole("link", { name: "See the album" })).toBeVisible();
  await expect(files.getByRole("button", { name: "Try again" })).toBeVisible();
  await expect(page.getByText("Left out")).toBeVisible();
  await shot(page, "uploads");
  await noneSerious(page);
  await page.emulateMedia({ colorScheme: "light" });
  await shot(page, "uploads-light");
  // The same again, dropped: it is there already.
  const bytes = [...(await readFile(join(folder, "new.flac")))];
  const dropped = await page.evaluateHandle((data) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(data)], "new.flac"));
    return transfer;
  }, bytes);
  await zone.dispatchEvent("drop", { dataTransfer: dropped });
  await expect(files.getByText("Was there already")).toBeVisible();
  const names = await readdir(join(folder, "music"));
  expect(names.sort()).toEqual([".philomel", "Vera", "new.flac"]);

  const path = join(folder, "music/Vera/Dawn/1.flac");
  const before = await hash(path);
  await incomplete(page);
  await page.getByRole("button", { name: "Mend Sogn" }).click();
  await dialog.getByLabel("Title").fill("Song");
  await dialog.getByLabel("Artists", { exact: true }).fill("Vera; Ada");
  await dialog.getByLabel("Track", { exact: true }).fill("1");
  await expect(dialog.getByText("What will change")).toBeVisible();
  await shot(page, "mend-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "mend");
  await noneSerious(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, "mend-phone");
  await dialog.getByRole("button", { name: "Write into the file" }).click();
  const notice = page.getByRole("status").filter({ hasText: "The tags are mended" });
  await expect(notice).toBeVisible();
  expect(await hash(path)).not.toBe(before);
  const found = async (title: string) => {
    const asked = await context.request.get(`/v1/search?q=${title}&type=track&limit=5`);
    const answer = (await asked.json()) as { tracks: { items: { name: string; id: string }[] } };
    return answer.tracks.items.find(({ name }) => name === title)?.id;
  };
  await notice.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("The files are as they were before")).toBeVisible();
  expect(await hash(path)).toBe(before);
  await expect(page.getByRole("heading", { name: "What was mended" })).toBeVisible();
  await expect(page.getByText("Undone")).toBeVisible();
  await shot(page, "health-phone");
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.getByRole("heading", { name: "What was mended" }).scrollIntoViewIfNeeded();
  await shot(page, "history");
  await expect.poll(() => found("Sogn")).toBeTruthy();

  await context.close();
  await philomel.stop();
  await rm(folder, { recursive: true });
  expect(problems).toEqual([]);
});
