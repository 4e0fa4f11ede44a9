/// The text of `rules/shaping.yaml`, compiled in; written by `scripts/shaping-rules.sh`.
enum ShapingShippedText {
    static let text = part1 + part2 + part3
}
