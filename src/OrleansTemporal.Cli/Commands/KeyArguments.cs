using System.CommandLine;

namespace OrleansTemporal.Commands;

/// <summary>The two words that name a document.</summary>
internal static class KeyArguments
{
    public static Argument<string> Namespace() => new("namespace") { Description = "The namespace, 1 to 128 of A-Z a-z 0-9 . _ -" };

    public static Argument<string> Key() => new("key") { Description = "The key, any text of 1 to 1024 bytes." };
}
