import Logging
import Mail

extension ServiceFailure {
    private static let log = Logger(label: "martlet.storage")

    /// What the client hears of a store's failure; what the operator needs is logged here.
    init(storage failure: StorageFailure, doing what: StaticString) {
        switch failure {
        case .conflict:
            self.init(.conflict, "There is one of that name already.")
        case .unavailable:
            Self.report(failure, doing: what)
            self = .storageUnavailable
        }
    }

    /// For failures that no client hears of.
    static func report(_ failure: StorageFailure, doing what: StaticString) {
        log.error("Storage failed", metadata: ["doing": "\(what)", "reason": "\(failure)"])
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .storageUnavailable, .diskLow: self = .storageUnavailable
        case .overloaded:
            self.init(.storageUnavailable, "The engine has too much to do.", retryAfter: .seconds(5))
        case .shuttingDown:
            self.init(.storageUnavailable, "The engine is shutting down.", retryAfter: .seconds(5))
        case .tooLarge(let limit):
            self.init(.payloadTooLarge, "The message is larger than \(limit) bytes.")
        case .mailLoop:
            self.init(.invalidParameter, "The message has been through too many hosts already.")
        }
    }
}

/// The name of a key, credential or tenant: shown in lists, so bounded and without controls.
func checkedName(_ name: String) throws(ServiceFailure) -> String {
    let trimmed = String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    guard !trimmed.isEmpty, trimmed.count <= 100,
        !trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
        throw ServiceFailure(details: [
            .init(.invalidParameter, field: "name", value: name, message: "A name has 1 to 100 characters.")
        ])
    }
    return trimmed
}
