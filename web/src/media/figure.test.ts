import { describe, expect, it } from "vitest";

import { laidOut, readFigure } from "./figure";
import { Problem } from "./problem";

const read = (figure: unknown) => readFigure(JSON.stringify(figure));
const PAGE = {
  runs: [],
  ink: "#eeeeee",
  faint: "#999999",
  grid: "#333333",
  panel: "#111111",
  bad: "#ff0000",
  font: "sans",
  dark: true,
};

describe("a figure of plotly", () => {
  it("says what it shows", () => {
    const found = read({
      data: [{ y: [1] }, { type: "surface", z: [[1]] }],
      layout: { title: { text: "<b>Loss</b>" } },
    });
    expect(found).toMatchObject({ kinds: ["scatter", "surface"], title: "Loss", gl: true });
  });

  it("fetches no pictures and no outlines", () => {
    const here = { source: "data:image/png;base64,AA" };
    const found = read({
      data: [{ type: "choropleth", geojson: { features: [] } }],
      layout: { images: [{ source: "https://example.org/a.png" }, here, 3] },
    });
    expect(found).toMatchObject({ pictures: 2, map: true, layout: { images: [here] } });
    expect(() => read({ data: [{ type: "choropleth", geojson: "https://example.org" }] })).toThrow(
      Problem,
    );
    expect(() => read({ data: [{ type: "scattermap" }] })).toThrow(Problem);
  });

  it("takes the colours of the page where it has none of its own, and the whole room", () => {
    const found = read({
      data: [],
      layout: {
        width: 4000,
        height: 3000,
        font: { size: 20 },
        template: { layout: { paper_bgcolor: "white", colorway: ["red"] } },
      },
    });
    const layout = laidOut(found, PAGE, false);
    expect(layout).toMatchObject({
      autosize: true,
      font: { size: 20 },
      template: { layout: { colorway: ["red"], paper_bgcolor: "rgba(0,0,0,0)" } },
    });
    expect(layout).not.toHaveProperty("width");
    expect(found.layout).toHaveProperty("width");
  });
});
