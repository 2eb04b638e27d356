using System.Diagnostics.CodeAnalysis;

namespace OrleansTemporal.Channels;

/// <summary>Names of <see cref="ChangeType"/> on the wire: <c>insert</c>, <c>update</c>, <c>delete</c>.</summary>
public static class ChangeTypes
{
    /// <summary>All names, for messages.</summary>
    public const string Names = "insert, update, delete";

    /// <summary>The name of a type.</summary>
    public static string NameOf(ChangeType type) => type switch
    {
        ChangeType.Insert => "insert",
        ChangeType.Update => "update",
        ChangeType.Delete => "delete",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The type of a name; names are compared exactly.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out ChangeType type)
    {
        type = name switch
        {
            "insert" => ChangeType.Insert,
            "update" => ChangeType.Update,
            "delete" => ChangeType.Delete,
            _ => default,
        };
        return type != default;
    }
}
