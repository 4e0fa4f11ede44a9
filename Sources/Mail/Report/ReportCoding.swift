// So that lists of results can stand in one column and in JSON.
extension DKIMResult: Codable {}
extension SPFResult: Codable {}
extension DMARCPolicy: Codable {}
extension TLSAttempt.Failure: Codable {}
extension AggregatePolicy.Alignment: Codable {}
extension AggregatePolicy.Discovery: Codable {}
extension AggregateOverride.Kind: Codable {}
extension AggregateSPF.Scope: Codable {}
extension TLSReportPolicy.Kind: Codable {}
