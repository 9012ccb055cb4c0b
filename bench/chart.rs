//! Bars, as SVG that can be read on light and on dark ground.

use std::fmt::Write;

use crate::table::counted;

/// Bars that are compared with each other.
pub struct Panel {
    pub title: String,
    pub bars: Vec<Bar>,
}

pub struct Bar {
    pub name: String,
    pub length: f64,
    pub kind: Kind,
}

#[derive(Clone, Copy)]
pub enum Kind {
    Ours,
    Other,
    /// It is no server, but what none can be better than.
    Floor,
}

/// In pixels: of a panel, of the names in it, of the longest bar, of a line.
const PANEL: usize = 460;
const NAMES: usize = 130;
const LONGEST: f64 = 240.0;
const LINE: usize = 18;

const STYLE: &str = "\
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.ours { fill: #0b6bcb }
.other { fill: #8c959f }
.floor { fill: none; stroke: #8c959f; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.ours { fill: #58a6ff }
.other { fill: #6e7681 }
.floor { stroke: #8b949e }
}
";

/// Panels in rows, of which the first is as long as any.
pub fn svg(title: &str, rows: &[Vec<Panel>]) -> String {
    let mut parts = String::new();
    let mut top = LINE * 2;
    for row in rows {
        for (column, panel) in row.iter().enumerate() {
            push_panel(&mut parts, panel, column * PANEL, top);
        }
        let lines = row.iter().map(|panel| panel.bars.len()).max().unwrap_or(0);
        top += (lines + 2) * LINE;
    }
    let width = PANEL * rows.first().map_or(0, Vec::len).max(2);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {top}\" width=\"{width}\" height=\"{top}\" role=\"img\">\n"
    );
    let title = escaped(title);
    let _ = write!(text, "<title>{title}</title>\n<style>\n{STYLE}</style>\n");
    let _ = writeln!(text, "<text class=\"title\" x=\"8\" y=\"18\">{title}</text>");
    text + &parts + "</svg>\n"
}

fn push_panel(text: &mut String, panel: &Panel, left: usize, top: usize) {
    let longest = panel.bars.iter().map(|bar| bar.length).fold(f64::MIN_POSITIVE, f64::max);
    let mut base = top + 13;
    let _ = writeln!(
        text,
        "<text class=\"title\" x=\"{}\" y=\"{base}\">{}</text>",
        left + NAMES + 8,
        escaped(&panel.title)
    );
    for bar in &panel.bars {
        base += LINE;
        let class = match bar.kind {
            Kind::Floor => "floor",
            Kind::Ours => "ours",
            Kind::Other => "other",
        };
        let (start, length) = (left + NAMES + 8, bar.length / longest * LONGEST);
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{start}\" y=\"{}\" width=\"{length:.1}\" height=\"12\"/>\
             <text x=\"{:.1}\" y=\"{base}\">{}</text>",
            left + NAMES,
            escaped(&bar.name),
            base - 10,
            start as f64 + length + 6.0,
            counted(bar.length)
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{Bar, Kind, Panel, svg};

    #[test]
    fn bars_are_as_long_as_their_figures() {
        let bar = |name: &str, length, kind| Bar { name: name.to_owned(), length, kind };
        let bars = vec![
            bar("ours", 100.0, Kind::Ours),
            bar("a<b", 50.0, Kind::Other),
            bar("bare", 200.0, Kind::Floor),
        ];
        let text = svg("figures", &[vec![Panel { title: "case".to_owned(), bars }]]);
        let bars: Vec<_> = text.lines().filter(|line| line.contains("<rect")).collect();
        for (line, class, width) in [(0, "ours", "120.0"), (1, "other", "60.0"), (2, "floor", "240.0")] {
            assert!(bars[line].contains(&format!("class=\"{class}\"")), "{}", bars[line]);
            assert!(bars[line].contains(&format!("width=\"{width}\"")), "{}", bars[line]);
        }
        assert!(text.contains("a&lt;b"));
    }
}
