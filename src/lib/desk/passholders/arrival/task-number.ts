// The number of a task on its way to the screen that does it. In memory: no number in an address.
let handed: string | undefined;

export const startWithTask = (number: string): void => {
  handed = number;
};
export function takeTaskNumber(): string | undefined {
  const number = handed;
  handed = undefined;
  return number;
}
