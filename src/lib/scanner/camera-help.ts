// A camera that does not open: what is wrong, and how to put it right on this kind of phone.
import { m } from '../paraglide/messages.js';
import type { CameraFault } from './camera.ts';
import { platformOf } from './platform.ts';

export type CameraHelp = { readonly title: string; readonly text?: string };

export function cameraHelp(why: CameraFault | 'decoder'): CameraHelp {
  switch (why) {
    case 'denied':
      return { title: m.scan_camera_denied(), text: deniedHelp() };
    case 'none':
      return { title: m.scan_camera_none() };
    case 'busy':
      return { title: m.scan_camera_busy_title(), text: m.scan_camera_busy() };
    case 'insecure':
      return { title: m.scan_camera_insecure_title(), text: m.scan_camera_insecure() };
    case 'broken':
      return { title: m.scan_camera_broken_title(), text: m.scan_camera_broken() };
    case 'decoder':
      return { title: m.scan_camera_decoder_title(), text: m.scan_camera_broken() };
  }
}

function deniedHelp(): string {
  switch (platformOf(navigator)) {
    case 'ios':
      return m.scan_camera_denied_ios();
    case 'android':
      return m.scan_camera_denied_android();
    case 'other':
      return m.scan_camera_denied_other();
  }
}
