import DNSAuth
import Mail

/// Containers, mail and XML of DMARC aggregate reports: the first byte chooses where the input enters.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let mode = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    let limits = ReportLimits(
        bytes: 1 << 20, ratio: 50, denseFloor: 4096, members: 4, depth: 16, elements: 5_000, recordElements: 200,
        rows: 100)
    switch mode % 4 {
    case 0:
        guard let report = try? AggregateReportParser.parse(rest, limits: limits) else { return 0 }
        // What was read can be written, and what is written is read back as well-formed.
        let written = AggregateReportWriter.xml(report)
        guard let again = try? AggregateReportParser.parse(written) else {
            preconditionFailure("our own report cannot be read")
        }
        precondition(again.rows.count == report.rows.count && !again.repairs.contains(.notWellFormed))
    case 1: _ = try? ReportReader.read(file: rest, limits: limits)
    case 2: _ = try? ReportReader.read(message: rest, limits: limits)
    default:
        let packed = GzipFile.pack(rest)
        precondition((try? GzipFile.unpack(packed, limits: ReportLimits())) == rest || rest.count > 1 << 20)
        _ = try? ZipArchive.unpack(rest, limits: limits)
    }
    return 0
}
