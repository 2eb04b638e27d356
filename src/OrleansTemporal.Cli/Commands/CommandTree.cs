using System.CommandLine;
using System.CommandLine.Help;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary>Every command and the options that all of them share.</summary>
internal static class CommandTree
{
    private const string ProgramName = "otemporal";

    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "OrleansTemporal: a state service that never forgets.\n\n"
            + "The target is a data folder (--data), a server (--url), else what OTEMPORAL_URL says, else http://127.0.0.1:5080.\n"
            + "Exit codes: 0 ok, 1 not found or verification failed, 2 usage or invalid input, 3 conflict or precondition,\n"
            + "4 unavailable, 5 corrupt or internal, 130 interrupted.");
        var target = new TargetOptions();
        target.AddTo(root);
        var start = new SessionStart(terminal, target);
        Command[] commands =
        [
            ServeCommand.Create(target),
            PutCommand.Create(start),
            GetCommand.Create(start),
            TimeToLiveCommand.Create(start),
            DeleteCommand.Create(start),
            EraseCommand.Create(start),
            DataKeysCommand.Create(start),
            SplitCommand.Create(start),
            HistoryCommand.Create(start),
            DiffCommand.Create(start),
            LineageCommand.Create(start),
            ListCommand.Create(start),
            QueryCommand.Create(start),
            ViewCommand.Create(start),
            SeriesCommand.Create(start),
            PatternCommand.Create(start),
            TimelineCommand.Create(start),
            SignalsCommand.Create(start),
            VectorsCommand.Create(start),
            RouteCommand.Create(start),
            EventsCommand.Create(start),
            ChannelCommand.Create(start),
            SubscribeCommand.Create(start),
            ImportCommand.Create(start),
            ExportCommand.Create(start),
            VerifyCommand.Create(start),
            BackupCommand.CreateBackup(start),
            BackupCommand.CreateRestore(start),
            GenomeCommand.Create(start),
            LifecycleCommand.Create(start),
            StatusCommand.Create(start),
            BenchCommand.Create(start),
            WorkspacesCommand.Create(start),
            AgentsCommand.Create(start),
        ];
        foreach (var command in commands)
            root.Subcommands.Add(command);
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;
    }

    /// <summary>The words that lead to a command, for messages.</summary>
    public static string PathOf(Command command)
    {
        var words = new Stack<string>();
        for (Symbol? symbol = command; symbol is not null and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
            words.Push(symbol.Name);
        words.Push(ProgramName);
        return string.Join(' ', words);
    }
}
