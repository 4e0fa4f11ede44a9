import Yams

extension ConfigurationFailure.Problem {
    /// What the YAML reader complains of, without the text that it quotes: that may be the line with a password, or the
    /// whole file, and this goes to the log.
    init(_ error: any Error) {
        let unreadable = "cannot be read as YAML"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, key: "", message: "\(unreadable): \(problem), at column \(mark.column)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            self.init(
                line: context.mark.line, key: "", message: "\(names): a key may stand only once in its mapping")
        case .reader(let problem, let offset, _, let text):
            let line = offset.map { text.prefix($0).count { $0.isNewline } + 1 }
            self.init(line: line ?? 0, key: "", message: "\(unreadable): \(problem)")
        default: self.init(line: 0, key: "", message: unreadable)
        }
    }
}
