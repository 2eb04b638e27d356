using OrleansTemporal.Errors;

namespace OrleansTemporal.Encryption;

/// <summary>The names of <see cref="DataKeyPolicy"/>, the same in settings, REST and on the command line.</summary>
public static class DataKeyPolicies
{
    /// <summary>The name of a policy.</summary>
    public static string NameOf(DataKeyPolicy policy) => policy switch
    {
        DataKeyPolicy.Inherit => "inherit",
        DataKeyPolicy.None => "none",
        DataKeyPolicy.Own => "own",
        DataKeyPolicy.Each => "each",
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, null),
    };

    /// <summary>The policy of a name.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static DataKeyPolicy Parse(string name) => name switch
    {
        "inherit" => DataKeyPolicy.Inherit,
        "none" => DataKeyPolicy.None,
        "own" => DataKeyPolicy.Own,
        "each" => DataKeyPolicy.Each,
        _ => throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A data key setting is 'inherit', 'none', 'own' or 'each'.") { Field = "dataKey" },
    };
}
