using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>A domain event as a log message says it.</summary>
/// <param name="Name">The name of the event.</param>
/// <param name="Level">Its level.</param>
/// <param name="Values">What it says, by the names of its message.</param>
internal sealed record CollectedEvent(string? Name, LogLevel Level, IReadOnlyDictionary<string, object?> Values);
