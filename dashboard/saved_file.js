// Saves a file that the server made for a click; once, however often it is shown again.
const saved = new Set();

export default function ({ data: { name, text, click } }) {
  if (saved.has(click)) return;
  saved.add(click);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
