/// What reading a report may cost. A report comes from anybody who knows the address it is sent to.
package struct ReportLimits: Hashable, Sendable {
    /// Bytes of the report once unpacked.
    package var bytes: Int
    /// Bytes unpacked for each byte packed; looked at from `denseFloor` bytes on, since short reports are mostly tags.
    package var ratio: Int
    package var denseFloor: Int
    /// Members of a zip archive. A report is one file; some archives hold metadata of a file system beside it.
    package var members: Int
    /// XML elements in one another, and in all.
    package var depth: Int
    package var elements: Int
    /// Elements of one record: signatures, overrides and extensions.
    package var recordElements: Int
    package var rows: Int
    /// Bytes of one text; the rest is cut off.
    package var text: Int
    /// Bytes of a TLS report, which is read as a whole.
    package var json: Int

    package init(
        bytes: Int = 50 << 20, ratio: Int = 200, denseFloor: Int = 1 << 20, members: Int = 8, depth: Int = 32,
        elements: Int = 3_000_000, recordElements: Int = 5_000, rows: Int = 100_000, text: Int = 4_096,
        json: Int = 16 << 20
    ) {
        self.bytes = bytes
        self.ratio = ratio
        self.denseFloor = denseFloor
        self.members = members
        self.depth = depth
        self.elements = elements
        self.recordElements = recordElements
        self.rows = rows
        self.text = text
        self.json = json
    }
}
