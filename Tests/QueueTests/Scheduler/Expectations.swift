import Testing

/// `#expect` for expressions that change what they are asked of, or ask a value that cannot be copied: the macro can
/// take neither apart.
func holds(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: sourceLocation)
}

/// `#require`, likewise.
func need<Value>(_ value: Value?, sourceLocation: SourceLocation = #_sourceLocation) throws -> Value {
    try #require(value, sourceLocation: sourceLocation)
}
