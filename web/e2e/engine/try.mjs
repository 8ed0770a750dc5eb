import { rig } from "./rig.mjs";

const formats = process.argv[2]?.split(",") ?? ["flac"];
const t0 = Date.now();
const { browser, albums, close } = await rig(formats);
console.log("ready", Date.now() - t0, Object.keys(albums));
const { TONE } = await import("./server.mjs");
for (const format of formats) {
  const [one, two, three] = albums[`Album ${format}`];
  const rate = format === "opus" ? 48000 : 44100;
  try {
    await browser.run(`lab.start({normalisation: "off"}, ${rate})`);
    await browser.run(
      `lab.clicked = performance.now(); lab.engine.play(${JSON.stringify(one)}); lab.engine.setNext(${JSON.stringify(two)}); lab.engine.on("started", ({item}) => { if (item.key === ${JSON.stringify(two.key)}) lab.engine.setNext(${JSON.stringify(three)}) }); lab.until("exhausted", 1, 40000)`,
    );
  } catch (e) {
    console.log(format, "ERR", e.message.slice(0, 3000));
  }
  const r = JSON.parse(
    await browser.run(
      `JSON.stringify({jumps: lab.jumps({tone: ${TONE[format]}, rate: ${rate}, amplitude: 0.4}), seconds: lab.seconds(), events: lab.events.map(e => [e.event, Math.round(e.at - lab.clicked), e.detail.state ?? e.detail.reason ?? e.detail.from ?? e.detail.codec ?? e.detail.attempt ?? "", e.detail.at])})`,
    ),
  );
  console.log(format, r.seconds, JSON.stringify(r.jumps.slice(0, 20)), r.jumps.length);
  console.log(r.events.map((e) => e.join(" ")).join("\n"));
}
console.log(browser.complaints);
await close();
