import Mail

/// MIME trees and feedback reports of any bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let tree = MIMETree(reading: bytes, limits: MIMELimits(depth: 6, entities: 100, fields: 200))
    for entity in tree.entities {
        precondition(entity.range.upperBound <= bytes.count && entity.bodyRange.upperBound <= entity.range.upperBound)
        precondition(entity.bodyRange.lowerBound >= entity.range.lowerBound)
        precondition(entity.children.allSatisfy { $0 < tree.entities.count })
        let body = tree.decodedBody(of: entity, limit: 4096)
        precondition((body?.count ?? 0) <= 4096 + 256)
        _ = tree.filename(of: entity)
        _ = tree.text("subject", of: entity)
    }
    let limits = FeedbackReportParser.Limits(fields: 4096, original: 1024, values: 4)
    guard let report = try? FeedbackReportParser.parse(tree, limits: limits) else { return 0 }
    precondition(report.original.count <= 1024 && report.reportedDomains.count <= 4)
    return 0
}
