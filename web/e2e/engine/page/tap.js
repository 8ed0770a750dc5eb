registerProcessor(
  "tap",
  class extends AudioWorkletProcessor {
    process([input]) {
      const [samples] = input;
      if (samples) this.port.postMessage({ frame: currentFrame, samples: samples.slice() });
      return true;
    }
  },
);
