namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>A promise that was broken.</summary>
internal sealed class ViolationException(string message) : Exception(message);
