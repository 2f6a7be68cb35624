import { describe, expect, it } from "vitest";

import { sceneOf } from "./gltf";
import { Problem } from "./problem";

const text = (scene: unknown) => new TextEncoder().encode(JSON.stringify(scene)).buffer;
const data = (bytes: number[]) =>
  `data:application/octet-stream;base64,${btoa(String.fromCodePoint(...bytes))}`;

/** The parts of a binary scene. */
function parts(bytes: ArrayBuffer) {
  const view = new DataView(bytes);
  const length = view.getUint32(12, true);
  const scene = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, length)));
  return { scene, whole: view.getUint32(8, true), binary: new Uint8Array(bytes, 28 + length) };
}

describe("a scene of glTF", () => {
  it("has its buffers put together in one file", () => {
    const found = parts(
      sceneOf(
        text({
          buffers: [
            { uri: data([1, 2, 3]), byteLength: 3 },
            { uri: data([9, 8]), byteLength: 2 },
          ],
          bufferViews: [
            { buffer: 0, byteLength: 3 },
            { buffer: 1, byteOffset: 1, byteLength: 1 },
          ],
        }),
        "gltf",
      ),
    );
    expect(found.scene.buffers).toEqual([{ byteLength: 8 }]);
    expect(found.scene.bufferViews.map((one: { byteOffset: number }) => one.byteOffset)).toEqual([
      0, 5,
    ]);
    expect([...found.binary]).toEqual([1, 2, 3, 0, 9, 8, 0, 0]);
  });

  it("that is binary stays as it is", () => {
    const bytes = sceneOf(text({ asset: { version: "2.0" } }), "gltf");
    expect(sceneOf(bytes, "glb")).toBe(bytes);
  });

  it.each([
    ["a file beside it", { buffers: [{ uri: "shape.bin" }] }],
    ["a page elsewhere", { images: [{ uri: "https://example.org/a.png" }] }],
    ["our own server", { images: [{ uri: "/api/v1/session" }] }],
    ["what is packed", { extensionsRequired: ["KHR_draco_mesh_compression"] }],
    ["buffers that are not there", { bufferViews: [{ buffer: 3 }] }],
    ["broken base64", { buffers: [{ uri: "data:;base64,***" }] }],
  ])("that needs %s is a problem", (_, scene) => {
    expect(() => sceneOf(text(scene), "gltf")).toThrow(Problem);
  });

  it("that is no scene is a problem", () => {
    expect(() => sceneOf(new ArrayBuffer(4), "glb")).toThrow(Problem);
    expect(() => sceneOf(new Uint8Array(64).fill(65).buffer, "glb")).toThrow(Problem);
    expect(() => sceneOf(new TextEncoder().encode("{").buffer, "gltf")).toThrow(Problem);
  });
});
