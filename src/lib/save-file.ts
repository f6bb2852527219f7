/** Into the downloads of this device. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // The browser has its own handle on it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
