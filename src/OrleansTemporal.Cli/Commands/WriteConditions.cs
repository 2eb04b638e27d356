using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Commands;

/// <summary>Options that make a write depend on what stands.</summary>
internal sealed class WriteConditions
{
    private readonly Option<string?> ifMatch = new("--if-match")
    {
        Description = "Only when the live version has this write id.",
        HelpName = "writeId",
    };

    private readonly Option<bool> ifAbsent = new("--if-absent") { Description = "Only when the key has no live value." };

    private readonly Option<string[]> causes = new("--cause")
    {
        Description = "A write that this one follows from; may be given several times.",
        HelpName = "writeId",
    };

    public void AddTo(Command command, bool withAbsent)
    {
        command.Options.Add(causes);
        command.Options.Add(ifMatch);
        if (withAbsent)
            command.Options.Add(ifAbsent);
    }

    public KvPutOptions Read(Session session) => new()
    {
        IfMatch = session.Get(ifMatch) is { } text ? WriteId.Parse(text) : null,
        IfAbsent = session.Get(ifAbsent),
        Causes = [.. (session.Get(causes) ?? []).Select(WriteId.Parse)],
    };
}
