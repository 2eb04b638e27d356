using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>Names of namespaces in which the product keeps documents of its own. Whoever may read a workspace reads them; only the product writes to them.</summary>
internal static class KvReservedNames
{
    /// <summary>What they begin with.</summary>
    public const string Prefix = "system.";

    /// <summary>Refuses a write into such a namespace by anybody but the product itself.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_name</c>.</exception>
    public static void RequireOpen(string ns, bool isOfSystem)
    {
        if (!isOfSystem && ns.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.InvalidName, $"Namespaces whose names begin with '{Prefix}' are the system's own: they can be read, and what they hold can be erased, but not written to.")
            {
                Field = "namespace",
            };
        }
    }
}
