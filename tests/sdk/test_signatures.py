"""Every call that either generation of the API takes can be made of ours: names and order."""

from __future__ import annotations

import importlib
import inspect

import pytest

import swanlab
from swanlab.sdk.plan import ARGUMENTS, KNOWN_EXTRAS

# name: parameters of the older generation in their order, and names the newer one added.
FUNCTIONS = {
    "init": (
        """project workspace experiment_name description tags config logdir mode load public
        callbacks settings id resume reinit""",
        "name notes log_dir group job_type color parallel cloud log_level",
    ),
    "login": ("api_key", "host web_host save relogin timeout"),
    "log": ("data step print_to_console", ""),
    "finish": ("state error", "async_log_timeout"),
    "merge_settings": ("new_settings", ""),
    "async_log": ("func", "step mode"),
    "define_metric": ("key", "x_axis section_name hidden step_sync overwrite step_metric"),
    "define_scalar": ("key", "x_axis section_name hidden step_sync overwrite step_metric"),
    "save": ("glob_str base_path policy", ""),
    "Image": ("data_or_path mode caption file_type size", ""),
    "Audio": ("data_or_path sample_rate caption", ""),
    "Text": ("data caption", "content"),
    "Video": ("data_or_path caption", ""),
    "Object3D": ("data caption", ""),
    "Molecule": ("data caption", "pdb_data"),
    "ECharts": ("chart caption", ""),
    "Html": ("data caption", ""),
    "roc_curve": ("y_true y_pred_proba title", ""),
    "pr_curve": ("y_true y_pred_proba title", ""),
    "confusion_matrix": ("y_true y_pred class_names title", ""),
    "log_text": ("", "key data caption step"),
    "log_image": ("", "key data mode caption file_type size step"),
    "log_audio": ("", "key data sample_rate caption step"),
    "log_video": ("", "key data caption step"),
    "log_echarts": ("", "key data caption step"),
    "log_html": ("", "key data caption step"),
    "log_object3d": ("", "key data caption step"),
    "log_molecule": ("", "key data caption step"),
    "get_run": ("", ""),
    "has_run": ("", ""),
    "get_config": ("", ""),
    "get_url": ("", ""),
    "get_project_url": ("", ""),
    "register_callbacks": ("callbacks", ""),
    "merge_callbacks": ("callbacks", ""),
    "sync": (
        "dir_path workspace project id api_key raise_error",
        "run_dir settings start_step end_step start_time end_time",
    ),
    "sync_wandb": ("mode wandb_run workspace logdir", ""),
    "sync_mlflow": ("mode", ""),
    "sync_tensorboardX": ("types", ""),
    "sync_tensorboard_torch": ("types", ""),
    "require": ("", ""),
}
ENTITIES = {
    "Api": """__init__(api_key,host) create_project(username,name,visibility,description)
        columns(path) column(path,key) workspace(username) workspaces(username) project(path)
        projects(path,sort,search,detail,page,size,all) run(path) runs(path,filters)
        runs_get(path,ids) user() series(path) self_hosted()""",
    "OpenApi": """__init__(api_key,log_level) list_workspaces() list_projects(username,detail)
        delete_project(project,username) list_experiments(project,username)
        get_experiment(project,exp_id,username) delete_experiment(project,exp_id,username)
        get_summary(project,exp_id,username) get_metrics(exp_id,keys)
        get_exp_summary(project,exp_id,username) list_project_exps(project,username)""",
    "api.workspace.Workspace": """create_project(name,visibility,description) json() name username
        projects(sort,search,detail,page,size,all) role""",
    "api.project.Project": """runs() runs_get(ids) delete(commit) delete_runs(ids,commit) json()
        project_id name path url description visibility created_at updated_at count""",
    "api.project.User": "json() name username",
    "api.experiment.Experiment": """metrics(keys,sample,ignore_timestamp,all,range_query,x_axis)
        summary(keys) logs(offset,level) export_logs(start,rows) series() columns delete(commit)
        id name description state url labels group job_type root_pro_id root_exp_id user created_at
        finished_at profile json()""",
    "Settings": "to_yaml() save_to_yaml()",
    "Callback": """on_run_initialized(run_dir,path,settings) on_scalar_flush() on_media_flush()
        on_log_flush() on_run_fork() on_run_finished(state,error) name""",
    "SwanKitCallback": """on_init(proj_name,workspace,public,logdir) before_run(settings)
        before_init_experiment(run_id,exp_name,description,colors) on_run()
        on_run_error_from_operator(e) on_runtime_info_update(r) on_log(data,step)
        on_column_create(column_info) on_metric_create(metric_info) on_stop(error)""",
    "plugin.notification.EmailCallback": (
        "__init__(sender_email,receiver_email,password,smtp_server,port,language)"
    ),
    **{
        f"plugin.notification.{name}Callback": "__init__(webhook_url,secret,language)"
        for name in ("Webhook", "Lark", "DingTalk", "WXWork", "WeCom", "Discord", "Slack")
    },
    "plugin.notification.TelegramCallback": "__init__(bot_token,chat_id,language)",
    "plugin.notification.PrintCallback": "__init__()",
    "plugin.notification.BarkCallback": (
        "__init__(url,title,bark_level,icon,group,click_jump,language)"
    ),
    "plugin.writer.CSVWriter": "__init__(dir,filename)",
    "plugin.writer.LogdirFileWriter": "__init__()",
    "utils": "generate_id(length) generate_name(slug) generate_color(slug)",
    "data": "get_url() get_project_url()",
}
"""What programs call and read of everything else that is public: names, and arguments in order."""

LATER = "api.project.Project.labels api.experiment.Experiment.medias"
"""What either generation has and ours has not yet; whoever adds one takes it out of here."""

METHODS = {
    "log": ("data step", "print_to_console"),
    "finish": ("state error", "async_log_timeout"),
    "log_scalar": ("", "key value step"),
    "async_log": ("func", "step mode"),
    "define_metric": ("key", "x_axis section_name hidden step_sync overwrite step_metric"),
    "define_scalar": ("key", "x_axis section_name hidden step_sync overwrite step_metric"),
    "save": ("glob_str base_path policy", ""),
    "get_state": ("", ""),
    "is_started": ("", ""),
}
ATTRIBUTES = (
    "id public mode state running success crashed config path url dir name alive project options "
    "project_url __enter__ __exit__"
)
PUBLIC = "project_name version run_id swanlog_dir run_dir backup_file cloud json"
CLOUD = "available project_name project_url experiment_name experiment_url"
CONFIG = "get set pop update clean"


def accepts(function, ordered: str, named: str) -> None:
    """Check that ``function`` takes these by position in this order, and those by name."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional[: len(ordered.split())] == ordered.split()
    known = {p.name for p in parameters}
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        known |= set(KNOWN_EXTRAS)
    assert set(named.split()) <= known
    required = [p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    assert set(required) <= {
        "data", "func", "key", "value", "new_settings", "callbacks", "glob_str",
        "data_or_path", "chart", "y_true", "y_pred", "y_pred_proba",
    }  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_what_both_generations_give(name):
    accepts(getattr(swanlab, name), *FUNCTIONS[name])
    assert name in swanlab.__all__


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_a_run_takes_what_both_generations_give(name):
    accepts(getattr(swanlab.Run, name), *METHODS[name])


def test_a_run_has_what_both_generations_show():
    run = swanlab.init(mode="disabled")
    for name in ATTRIBUTES.split():
        assert hasattr(run, name)
    for name in PUBLIC.split():
        assert hasattr(run.public, name)
    for name in CLOUD.split():
        assert hasattr(run.public.cloud, name)
    for name in CONFIG.split():
        assert callable(getattr(swanlab.config, name))
    assert {"NOT_STARTED", "CRASHED", "RUNNING", "SUCCESS"} <= set(swanlab.State.__members__)
    assert [swanlab.State[name].value for name in ("NOT_STARTED", "CRASHED", "RUNNING")] == [
        -2,
        -1,
        0,
    ]


def test_settings_can_be_read_and_written_as_before():
    made = swanlab.Settings(hardware_monitor=False)
    for name in ("to_yaml", "save_to_yaml"):
        assert callable(getattr(made, name))


def test_the_arguments_an_unknown_one_is_compared_with_are_those_of_init():
    parameters = inspect.signature(swanlab.init).parameters.values()
    assert tuple(p.name for p in parameters if p.kind is not p.VAR_KEYWORD) == ARGUMENTS


def found(place: str):
    """What stands at a dotted place of the package, without its name in front."""
    made = swanlab
    parts = place.split(".")
    for at, part in enumerate(parts):
        try:
            made = getattr(made, part)
        except AttributeError:
            made = importlib.import_module("swanlab." + ".".join(parts[: at + 1]))
    return made


@pytest.mark.parametrize("place", ENTITIES)
def test_what_else_is_public_is_called_and_read_as_in_both_generations(place):
    owner = found(place)
    for word in ENTITIES[place].split():
        name, called, arguments = word.rstrip(")").partition("(")
        if not called:
            made = f"self.{name} = " in inspect.getsource(owner)
            assert made or name in dir(owner), word
            continue
        parameters = [
            one
            for one in inspect.signature(getattr(owner, name)).parameters.values()
            if one.name != "self" and one.kind is one.POSITIONAL_OR_KEYWORD
        ]
        expected = [argument for argument in arguments.split(",") if argument]
        assert [one.name for one in parameters][: len(expected)] == expected, word
        rest = parameters[len(expected) :]
        needed = [one.name for one in rest if one.default is one.empty]
        assert not needed or name.startswith(("on_", "__init__")), word


@pytest.mark.parametrize("place", LATER.split())
def test_what_is_not_there_yet_is_taken_off_the_list_when_it_comes(place):
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        found(place)


def test_every_name_that_either_generation_exports_is_there_or_is_yet_to_come():
    older = """login Settings merge_settings init log register_callbacks finish Audio Image echarts
        Object3D Molecule Text Video Run State get_run get_config config OpenApi sync_wandb
        sync_mlflow sync_tensorboardX sync_tensorboard_torch sync roc_curve pr_curve
        confusion_matrix __version__ get_url get_project_url data"""
    newer = """merge_callbacks merge_settings require init finish login log log_text log_image
        log_audio log_video log_echarts log_html log_object3d log_molecule define_metric async_log
        save sync run Run has_run get_run config Text Audio ECharts Html Image Molecule Object3D
        Video plot echarts utils Settings Callback Api roc_curve pr_curve confusion_matrix
        register_callbacks sync_wandb sync_mlflow sync_tensorboardX sync_tensorboard_torch"""
    later = set(LATER.split())
    for name in {*older.split(), *newer.split()} - later:
        assert hasattr(swanlab, name), name


def test_ways_of_older_programs_to_name_a_run_and_its_state():
    run = swanlab.init(mode="disabled")
    assert isinstance(run, swanlab.Run)
    assert swanlab.data.Run is swanlab.Run
    assert run.get_state() is swanlab.State.RUNNING
