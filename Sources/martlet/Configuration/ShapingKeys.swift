import MTA
import Queue

/// What becomes of replies, and the limits that come with providers.
struct ShapingConfiguration {
    /// The operator's file; the shipped rules stand alone without one.
    var path: String?
    var isEnabled = true
    /// Whether the files' limits count.
    var usesLimits = true
    var file = ShapingFile.empty

    var rules: ShapingRules { isEnabled ? file.rules : .none }
}

/// `shaping`: whether the rules act, the operator's file, and whether the files' limits count.
extension Configuration {
    /// Call after `readLimits`: what `limits` says comes before what the files say.
    mutating func readShaping(_ section: ConfigurationSection) {
        shaping.isEnabled = section.flag("enabled", default: true)
        shaping.usesLimits = section.flag("limits", default: true)
        shaping.path = section.optionalText("file")
        section.finish()
        var file = ShapingFile.shipped
        if let path = shaping.path {
            do { file = try ShapingFile.load(path) } catch {
                section.problem("file", "cannot be used:\n\(error.description)")
                return
            }
        }
        do { try use(file) } catch {
            // Each list by itself has been checked, and none of the two states what the other does.
            section.problem("limits", "contradict the limits of this file")
        }
    }

    /// Rules and limits of a shaping file, in place of those before.
    mutating func use(_ file: ShapingFile) throws(ThrottleTableFailure) {
        var rules = limitRules
        if shaping.usesLimits {
            // Without sites of their own, providers have nothing that a limit could be for.
            let useful = file.limits.filter { rule in
                if case .provider = rule.match.pattern { return rollsUpProviders }
                return true
            }
            rules = ThrottleDefaults.combined(limitRules, over: useful)
        }
        queue.scheduler.throttles = try ThrottleTable(rules)
        shaping.file = file
    }
}
