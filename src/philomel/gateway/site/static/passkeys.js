// Passkeys: the one thing that browsers offer to scripts alone. A form with data-passkey is
// shown where passkeys can be used; its button asks the server for a challenge, has the browser
// answer it, and sends the form like any other.
(() => {
  "use strict";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const withBytes = (options) => {
    const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
    const found = { ...options, challenge: bytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) found.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = named(options.allowCredentials);
    return found;
  };

  const asJson = (credential) => {
    const response = {};
    for (const name of
      ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: {},
    });
  };

  const answer = async (form) => {
    const pending = form.elements.pending.value;
    const asked = await fetch(form.dataset.challenge, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams(form.dataset.passkey === "create" ? {} : { pending }),
    });
    const said = await asked.json();
    if (!asked.ok) throw new Error(said.error.message);
    const publicKey = withBytes(said.options);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
    form.elements.pending.value = said.pending;
    form.elements.passkey.value = asJson(credential);
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.isSecureContext || !window.PublicKeyCredential) continue;
    form.hidden = false;
    const begun = form.elements.pending.value;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const note = form.querySelector("[data-note]");
      button.disabled = true;
      note.textContent = "";
      answer(form).catch((error) => {
        form.elements.pending.value = begun;
        button.disabled = false;
        note.textContent = error.name === "NotAllowedError" || error.name === "AbortError"
          ? "The passkey was not used."
          : error.name === "InvalidStateError"
            ? "This device has a passkey for you already."
            : error.message;
      });
    });
  }
})();
