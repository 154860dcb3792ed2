// What the editor's script sends, and going on after the session ended in the middle of writing.

/**
 * @param {HTMLFormElement} form Whose `data-token` answers with a form token, and whose `data-user`
 *   is who writes.
 * @returns {(address: string, data: FormData) => Promise<{ response: Response, refused: string }>}
 *   Sends with the form's token, a fresh one where the session is another by now. `refused` says why
 *   nothing was taken: `signed-out`, `other-account`, `forbidden`, or "" where neither holds.
 *   Rejects where there is no connection.
 */
export function begin(form) {
  const tokens = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll("input[name=form_token]")
  );

  /** @returns {Promise<string>} Why there is no fresh token; "" where there is. */
  async function renew() {
    // Who is signed out would be led to the page on which one signs in.
    const response = await fetch(form.dataset.token ?? "", { redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
    if (!response.ok) return "forbidden";
    const { token, user } = await response.json();
    // A text is its writer's: it is never kept or saved in the name of whoever came after.
    if (String(user) !== form.dataset.user) return "other-account";
    for (const input of tokens) input.value = token;
    return "";
  }

  /** @param {string} address @param {FormData} data */
  function post(address, data) {
    data.set("form_token", tokens[0]?.value ?? "");
    return fetch(address, { method: "POST", body: data });
  }

  return async (address, data) => {
    let response = await post(address, data);
    if (response.status === 401) return { response, refused: "signed-out" };
    if (response.status !== 403) return { response, refused: "" };
    const refused = await renew();
    if (refused) return { response, refused };
    response = await post(address, data);
    return { response, refused: response.status === 403 ? "forbidden" : "" };
  };
}
