using System.CommandLine;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal delete</c>: ends the life of one document.</summary>
internal static class DeleteCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var conditions = new WriteConditions();
        var command = new ExampleCommand(
            "delete",
            "Delete a document; its history stays readable.",
            "otemporal delete users ada",
            "otemporal delete users ada --if-match 5f0c2b7a000000000000000c0000")
        {
            ns, key,
        };
        conditions.AddTo(command, withAbsent: false);
        start.Run(command, async (session, cancellationToken) =>
        {
            var options = conditions.Read(session);
            var target = await session.OpenAsync(cancellationToken);
            var result = await target.DeleteAsync(session.Get(ns), session.Get(key), options, cancellationToken);
            Receipts.Write(session.Answers, result, session.Get(key), "deleted");
            return ExitCodes.Ok;
        });
        return command;
    }
}
