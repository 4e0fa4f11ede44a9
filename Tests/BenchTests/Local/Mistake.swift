/// A bench that cannot be run, and the option that its refusal names.
struct Mistake<Bench: Sendable>: Sendable {
    let option: String
    let change: @Sendable (inout Bench) -> Void

    init(_ option: String, _ change: @escaping @Sendable (inout Bench) -> Void) {
        self.option = option
        self.change = change
    }
}
