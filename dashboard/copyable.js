// Each sentence with its evidence and a button that copies the sentence.
const COPIED_FOR = 2000; // ms

export default function ({ data, parentElement }) {
  parentElement.querySelector("ul").replaceChildren(...data.map(item));
}

function item({ sentence, evidence }) {
  const said = element("p", "sentence", sentence);
  const copy = element("button", "", "Copy");
  copy.type = "button";
  copy.setAttribute("aria-label", `Copy: ${sentence}`);
  copy.onclick = async () => {
    copy.textContent = (await toClipboard(sentence, said)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { copy.textContent = "Copy"; }, COPIED_FOR);
  };
  const row = element("div", "row");
  row.append(said, copy);
  const whole = element("li");
  whole.append(row, element("p", "evidence", evidence));
  return whole;
}

// Browsers give the clipboard to pages that came encrypted or from this machine. To others, and to
// readers who refuse, the sentence is selected, so that a key copies it.
async function toClipboard(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(shown);
    return false;
  }
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
