/// Columns of text, as wide as they must be. Everything in it is cleaned.
struct TextTable {
    struct Column {
        var title: String
        /// Numbers stand at the right.
        var isRight = false
        /// Longer cells are cut; `nil`: as wide as the widest.
        var limit: Int?

        static func text(_ title: String, limit: Int? = nil) -> Column { Column(title: title, limit: limit) }
        static func number(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    private let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter cells: one for each column.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { TerminalText.clean($0 < cells.count ? cells[$0] : "") })
    }

    /// The title and the rows, nothing behind the last character of each.
    /// - Parameter width: of the screen; the last column is cut to what is left. `nil`: no limit.
    func lines(width: Int? = nil) -> [String] {
        let widths = columns.indices.map { index in
            let widest = ([columns[index].title] + rows.map { $0[index] }).map(TerminalText.width).max() ?? 0
            return min(widest, columns[index].limit ?? .max)
        }
        return ([columns.map(\.title)] + rows).map { cells in
            let whole = columns.indices.map { index in
                TerminalText.pad(cells[index], to: widths[index], right: columns[index].isRight)
            }.joined(separator: "  ")
            let line = Self.trimmed(whole)
            return width.map { TerminalText.cut(line, to: $0) } ?? line
        }
    }

    static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
