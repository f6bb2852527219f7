// Reads codes from frames, off the main thread. The browser's own reader where it knows Code 128 (Android, macOS), else
// zxing as WebAssembly, always from our own address: the page may be offline, and nobody else's server is asked.
import {
  CODE_FORMATS,
  symbologyOf,
  type FromDecoder,
  type Picture,
  type SeenCode,
  type ToDecoder,
} from './seen-code.ts';

type Reader = { detect(image: ImageBitmap | ImageData): Promise<{ rawValue: string; format: string }[]> };
type NativeDetectorClass = {
  new (options: { formats: readonly string[] }): Reader;
  getSupportedFormats(): Promise<string[]>;
};

/** What is used of a worker's scope; the whole webworker library would clash with the types of the page. */
type WorkerScope = {
  readonly BarcodeDetector?: NativeDetectorClass;
  postMessage(message: FromDecoder): void;
  addEventListener(type: 'message', listen: (event: MessageEvent<ToDecoder>) => void): void;
};
const scope = globalThis as unknown as WorkerScope;

let wasmUrl = '';
let reader: Promise<Reader> | undefined;
let engine: 'native' | 'wasm' = 'wasm';

scope.addEventListener('message', ({ data }) => {
  if (data.kind === 'start') {
    wasmUrl = data.wasmUrl;
    reader = chooseReader();
    reader.then(
      () => send({ kind: 'ready', engine }),
      (error: unknown) => send({ kind: 'failed', no: null, why: String(error) }),
    );
  } else void readFrame(data.no, data.picture);
});

const send = (message: FromDecoder): void => scope.postMessage(message);

async function chooseReader(): Promise<Reader> {
  const Native = scope.BarcodeDetector;
  const formats = Native ? await Native.getSupportedFormats().catch(() => []) : [];
  if (Native && CODE_FORMATS.every((format) => formats.includes(format))) {
    engine = 'native';
    return new Native({ formats: CODE_FORMATS });
  }
  return startWasm();
}

async function startWasm(): Promise<Reader> {
  engine = 'wasm';
  const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill');
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
  return new BarcodeDetector({ formats: [...CODE_FORMATS] });
}

async function readFrame(no: number, picture: Picture): Promise<void> {
  let image: ImageBitmap | ImageData | undefined;
  try {
    image = await cutOut(picture);
    const codes = await (await reader)?.detect(image);
    send({ kind: 'codes', no, codes: (codes ?? []).map(toSeenCode) });
  } catch (error) {
    // Some phones have the native reader but not the service behind it: the other one takes over for good.
    if (engine === 'native') {
      reader = startWasm();
      send({ kind: 'codes', no, codes: [] });
    } else send({ kind: 'failed', no, why: String(error) });
  } finally {
    if (image && 'close' in image) image.close();
  }
}

async function cutOut(picture: Picture): Promise<ImageBitmap | ImageData> {
  if (!('frame' in picture)) return picture;
  const { frame, part } = picture;
  try {
    return await createImageBitmap(frame, part.x, part.y, part.width, part.height);
  } finally {
    frame.close(); // the camera has few of them
  }
}

const toSeenCode = (code: { rawValue: string; format: string }): SeenCode => ({
  text: code.rawValue,
  symbology: symbologyOf(code.format),
});
