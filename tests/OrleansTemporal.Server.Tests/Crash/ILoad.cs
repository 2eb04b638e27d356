namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Concurrent clients of one life of a server.</summary>
internal interface ILoad
{
    /// <summary>Completes with the first acknowledged write.</summary>
    Task FirstAcknowledged { get; }

    /// <summary>Runs until <see cref="Stop"/> or until the connections break.</summary>
    Task RunAsync();

    /// <summary>Lets every client finish the request it is at.</summary>
    void Stop();
}
