namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What a reader was shown while writers were at work; it must still be true after any crash.</summary>
/// <param name="AsOf">The moment that was asked about; null for the newest.</param>
/// <param name="WriteId">The version that was shown; null when the key had no value.</param>
internal sealed record Sighting(string Namespace, string Key, string? AsOf, string? WriteId);
