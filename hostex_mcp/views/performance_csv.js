// Tables for spreadsheets.

/** Rows as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csv(rows) {
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = String(value ?? "");
    const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
    return /[",\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
