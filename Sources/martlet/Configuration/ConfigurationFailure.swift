/// What is wrong with a configuration file, where. All that can be found in one reading are reported together.
struct ConfigurationFailure: Error, Hashable {
    struct Problem: Hashable {
        /// From 1; 0 when the file as a whole is meant.
        var line: Int
        /// Dotted path of the key, e.g. `queue.retry.first`.
        var key: String
        var message: String
    }

    var file: String
    var problems: [Problem]
}

extension ConfigurationFailure: CustomStringConvertible {
    var description: String {
        problems.map { problem in
            let place = problem.line > 0 ? "\(file):\(problem.line)" : file
            return problem.key.isEmpty ? "\(place): \(problem.message)" : "\(place): \(problem.key): \(problem.message)"
        }.joined(separator: "\n")
    }
}
