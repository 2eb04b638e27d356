namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>The process of a subscriber has ended here.</summary>
internal sealed class KilledException : Exception;
