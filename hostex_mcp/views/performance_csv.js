// Tables for spreadsheets.

/** Rows as CSV. What a spreadsheet would take for a formula, also where some of them part cells, gets an
 * apostrophe before it. */
export function csv(rows) {
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = String(value ?? "");
    const harmless = text.replace(/(^|[;\t])([\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1'$2");
    return /[",\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
