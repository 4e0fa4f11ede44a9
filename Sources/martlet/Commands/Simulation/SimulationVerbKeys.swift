import Mail
import Queue

/// One of `operator`: what somebody does while the simulation runs.
enum SimulationVerbKeys {
    static func read(_ section: ConfigurationSection) -> ScriptedVerb? {
        defer { section.finish() }
        let day = section.number("day", default: 1, in: 1...400)
        let at = section.parsed("at", as: "a time of the day such as 09:30", SimulationDay.time) ?? .zero
        let time = Duration.seconds((day - 1) * 86_400) + at
        let words = "source:NAME, site:NAME, tenant:ID or campaign:ID"
        let held = section.parsed("suspend", as: words, scope)
        let freed = section.parsed("resume", as: words, scope)
        let length = section.has("for") ? section.duration("for", default: .zero, atLeast: .milliseconds(1)) : nil
        switch (held, freed) {
        case (let held?, nil): return ScriptedVerb(at: time, .hold(held, length))
        case (nil, let freed?):
            if length != nil { section.problem("for", "is for suspend") }
            return ScriptedVerb(at: time, .release(freed))
        case (.some, .some): section.problem("resume", "stands beside suspend: give one of them")
        case (nil, nil):
            if !section.has("suspend"), !section.has("resume") { section.problem("suspend", "is needed, or resume") }
        }
        return nil
    }

    /// Sites are named as `martlet queue` shows them; those of a provider are `mx:@PROVIDER` here.
    private static func scope(_ text: String) -> Hold.Scope? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        guard !name.isEmpty else { return nil }
        switch text[..<colon] {
        case "source": return .source(name)
        case "site": return .site(name)
        case "tenant": return UUIDv7(name).map { .tenant($0) }
        case "campaign": return UUIDv7(name).map { .campaign($0) }
        default: return nil
        }
    }
}
