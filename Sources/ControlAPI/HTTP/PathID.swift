import Hummingbird
import Mail
import Service

extension ControlContext {
    /// The identifier in the path, with or without its type prefix. What is none cannot exist: 404.
    func id(_ noun: String) throws -> UUIDv7 {
        guard let text = parameters.get("id"), let id = UUIDv7(text) else { throw ServiceFailure.notFound(noun) }
        return id
    }
}
