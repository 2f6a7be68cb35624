/** Scenes as glTF, brought into the one form that needs nothing from elsewhere. */

import { isObject, parsedObject, Problem } from "./problem";

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;
/** What needs a decoder that is compiled in the page, which our pages forbid. */
const PACKED = new Set([
  "KHR_draco_mesh_compression",
  "EXT_meshopt_compression",
  "KHR_texture_basisu",
]);

/** The scene as one binary file; throws a `Problem` where parts of it are not there. */
export function sceneOf(bytes: ArrayBuffer, format: string): ArrayBuffer {
  if (format !== "glb") return packed(parsedObject(new TextDecoder().decode(bytes)));
  check(headerOf(bytes));
  return bytes;
}

function headerOf(bytes: ArrayBuffer): Record<string, unknown> {
  if (bytes.byteLength < 20) throw new Problem("viewer.noScene");
  const view = new DataView(bytes);
  const length = view.getUint32(12, true);
  const known = view.getUint32(0, true) === MAGIC && view.getUint32(16, true) === JSON_CHUNK;
  if (!known || 20 + length > bytes.byteLength) throw new Problem("viewer.noScene");
  return parsedObject(new TextDecoder().decode(new Uint8Array(bytes, 20, length)));
}

/** Refuse what cannot be drawn from this file alone. */
function check(scene: Record<string, unknown>): void {
  const needed = listOf(scene.extensionsRequired).find((name) => PACKED.has(String(name)));
  if (needed !== undefined) throw new Problem("viewer.packed", { name: needed });
  for (const part of [...listOf(scene.buffers), ...listOf(scene.images)]) {
    const uri = isObject(part) ? part.uri : undefined;
    if (typeof uri === "string" && !uri.startsWith("data:"))
      throw new Problem("viewer.outside", { name: uri.slice(0, 80) });
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A `.gltf` with its buffers inside, as a `.glb`: pages of ours fetch no `data:` addresses. */
function packed(scene: Record<string, unknown>): ArrayBuffer {
  check(scene);
  const starts: number[] = [];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const buffer of listOf(scene.buffers)) {
    const uri = isObject(buffer) ? buffer.uri : undefined;
    if (typeof uri !== "string") throw new Problem("viewer.noScene");
    const part = decoded(uri);
    starts.push(size);
    parts.push(part);
    size += padded(part.length);
  }
  const bufferViews: unknown[] = [];
  for (const view of listOf(scene.bufferViews)) {
    const start = isObject(view) ? starts[Number(view.buffer)] : undefined;
    if (!isObject(view) || start === undefined) throw new Problem("viewer.noScene");
    bufferViews.push({ ...view, buffer: 0, byteOffset: start + Number(view.byteOffset ?? 0) });
  }
  const whole = { ...scene, bufferViews, buffers: size > 0 ? [{ byteLength: size }] : [] };
  return joined(new TextEncoder().encode(JSON.stringify(whole)), parts, size);
}

function decoded(uri: string): Uint8Array<ArrayBuffer> {
  const comma = uri.indexOf(",");
  const text = uri.slice(comma + 1);
  try {
    if (!uri.slice(0, comma).endsWith(";base64"))
      return new TextEncoder().encode(decodeURIComponent(text));
    return Uint8Array.from(atob(text), (letter) => letter.codePointAt(0) ?? 0);
  } catch {
    throw new Problem("viewer.noScene");
  }
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function joined(head: Uint8Array, parts: readonly Uint8Array[], size: number): ArrayBuffer {
  const start = 20 + padded(head.length);
  const whole = new Uint8Array(start + (size > 0 ? 8 + size : 0));
  const view = new DataView(whole.buffer);
  const words = [MAGIC, 2, whole.length, padded(head.length), JSON_CHUNK];
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  whole.fill(0x20, 20, start);
  whole.set(head, 20);
  if (size === 0) return whole.buffer;
  view.setUint32(start, size, true);
  view.setUint32(start + 4, BINARY_CHUNK, true);
  let at = start + 8;
  for (const part of parts) {
    whole.set(part, at);
    at += padded(part.length);
  }
  return whole.buffer;
}
