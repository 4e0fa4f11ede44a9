/// The warm-ups of `martlet top`: one bar each, today's cap as its length.
struct TopWarmup {
    let width: Int

    /// Those that are not finished; a title before them. Empty when there are none.
    func lines(_ warmups: [JSONValue]) -> [TopScreen.Line] {
        let running = warmups.filter { $0["state"].string != "finished" }
        guard !running.isEmpty else { return [] }
        var table = TextTable([
            .text("WARM-UP", limit: max(12, width / 4)), .text("GROUP", limit: 16), .text("STAGE"), .text("TODAY"),
            .number("SENT"), .number("CAP"), .text("STATE"), .text(""),
        ])
        for warmup in running {
            let (sent, cap) = (warmup["sent"].whole, warmup["cap"].whole)
            table.add([
                QueueText.text(warmup["source"]), QueueText.text(warmup["group"]),
                "\(warmup["stage"].whole)/\(warmup["stages"].whole)", Self.bar(sent, of: cap, columns: 20),
                Figures.count(sent), Figures.count(cap), QueueText.text(warmup["state"]),
                warmup["completion"].string.map { "done by \($0)" } ?? "",
            ])
        }
        return table.lines(width: width).enumerated().map {
            TopScreen.Line(text: $1, style: $0 == 0 ? .heading : .plain)
        }
    }

    /// Full when nothing more may go today.
    static func bar(_ sent: Int, of cap: Int, columns: Int) -> String {
        let share = cap > 0 ? min(1, max(0, Double(sent) / Double(cap))) : 1
        // Rounded down, so that only what is used up looks so; but what has begun shows.
        let full = max(sent > 0 ? 1 : 0, Int(share * Double(columns)))
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: columns - full) + "]"
    }
}
