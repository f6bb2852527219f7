// Keeps the screen on during a shift. The lock is lost each time the app goes to the background: taken again on return.
// Installed apps on iOS before 18.4 have none; nothing breaks, the screen goes dark by its own setting.

export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let over = false;

  const take = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      if (over) await taken.release();
      else lock = taken;
    } catch (error) {
      console.info('The screen stays on its own setting.', error); // battery saver refuses it
    }
  };
  const again = (): void => void take();

  document.addEventListener('visibilitychange', again);
  void take();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
