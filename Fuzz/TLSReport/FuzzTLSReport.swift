import DNSAuth
import Mail

/// TLS reports of any bytes; what was read is written and read back alike.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let report = try? TLSReportParser.parse(bytes, limits: ReportLimits(rows: 100, json: 1 << 20)) else {
        return 0
    }
    guard let again = try? TLSReportParser.parse(TLSReportWriter.json(report)) else {
        preconditionFailure("our own report cannot be read")
    }
    precondition(again.policies.map(\.successes) == report.policies.map(\.successes))
    precondition(again.policies.map(\.details.count) == report.policies.map(\.details.count))
    return 0
}
