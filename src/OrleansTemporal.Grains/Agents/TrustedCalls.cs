namespace OrleansTemporal.Agents;

/// <summary>Calls of clients on a silo.</summary>
internal static class TrustedCalls
{
    /// <summary>The call as a silo takes it: who calls was asked for in the process that calls, and a cluster trusts its clients.</summary>
    public static CallContext Trusted(this CallContext call) => call.Principal.IsLocal ? call : call with { Principal = call.Principal with { IsLocal = true } };
}
