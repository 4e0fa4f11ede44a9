/// Why the engine does not start, in words that tell an operator what to do.
struct StartFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
