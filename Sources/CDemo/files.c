#include "CDemo.h"

// One array for each file; the table below says under which name it is known.
static const unsigned char model_config_json[] = {
#embed "model/config.json"
};
static const unsigned char model_model_safetensors[] = {
#embed "model/model.safetensors"
};
static const unsigned char model_tokenizer_json[] = {
#embed "model/tokenizer.json"
};
static const unsigned char data_concs_feats_concstats_brm_txt[] = {
#embed "data/CONCS_FEATS_concstats_brm.txt"
};
static const unsigned char data_attribute_snippets_json[] = {
#embed "data/attribute_snippets.json"
};
static const unsigned char data_biosbias_pkl[] = {
#embed "data/biosbias.pkl"
};
static const unsigned char data_counterfact_json[] = {
#embed "data/counterfact.json"
};
static const unsigned char data_idf_npy[] = {
#embed "data/idf.npy"
};
static const unsigned char data_splits_json[] = {
#embed "data/splits.json"
};
static const unsigned char data_tfidf_vocab_json[] = {
#embed "data/tfidf_vocab.json"
};
static const unsigned char data_winoventi_bert_large_final_tsv[] = {
#embed "data/winoventi_bert_large_final.tsv"
};
static const unsigned char configs_demo_json[] = {
#embed "../../Configs/demo.json"
};
static const unsigned char configs_dump_all_json[] = {
#embed "../../Configs/dump.all.json"
};
static const unsigned char configs_dump_biosbias_json[] = {
#embed "../../Configs/dump.biosbias.json"
};
static const unsigned char configs_dump_counterfact_json[] = {
#embed "../../Configs/dump.counterfact.json"
};
static const unsigned char configs_dump_mcrae_json[] = {
#embed "../../Configs/dump.mcrae.json"
};
static const unsigned char configs_dump_smollm2_json[] = {
#embed "../../Configs/dump.smollm2.json"
};
static const unsigned char configs_eval_cls_biosbias_json[] = {
#embed "../../Configs/eval.cls.biosbias.json"
};
static const unsigned char configs_eval_cls_counterfact_json[] = {
#embed "../../Configs/eval.cls.counterfact.json"
};
static const unsigned char configs_eval_cls_demo_json[] = {
#embed "../../Configs/eval.cls.demo.json"
};
static const unsigned char configs_eval_cls_smollm2_json[] = {
#embed "../../Configs/eval.cls.smollm2.json"
};
static const unsigned char configs_eval_ent_mcrae_json[] = {
#embed "../../Configs/eval.ent.mcrae.json"
};
static const unsigned char configs_eval_gen_biosbias_json[] = {
#embed "../../Configs/eval.gen.biosbias.json"
};
static const unsigned char configs_eval_gen_counterfact_json[] = {
#embed "../../Configs/eval.gen.counterfact.json"
};
static const unsigned char configs_eval_gen_demo_json[] = {
#embed "../../Configs/eval.gen.demo.json"
};
static const unsigned char configs_eval_gen_smollm2_json[] = {
#embed "../../Configs/eval.gen.smollm2.json"
};
static const unsigned char configs_eval_med_counterfact_json[] = {
#embed "../../Configs/eval.med.counterfact.json"
};
static const unsigned char configs_eval_med_smollm2_json[] = {
#embed "../../Configs/eval.med.smollm2.json"
};
static const unsigned char configs_eval_med_winoventi_json[] = {
#embed "../../Configs/eval.med.winoventi.json"
};
static const unsigned char configs_sweep_cls_biosbias_json[] = {
#embed "../../Configs/sweep.cls.biosbias.json"
};
static const unsigned char configs_sweep_cls_counterfact_json[] = {
#embed "../../Configs/sweep.cls.counterfact.json"
};
static const unsigned char configs_sweep_cls_smollm2_json[] = {
#embed "../../Configs/sweep.cls.smollm2.json"
};
static const unsigned char configs_sweep_ent_mcrae_json[] = {
#embed "../../Configs/sweep.ent.mcrae.json"
};
static const unsigned char configs_sweep_gen_biosbias_json[] = {
#embed "../../Configs/sweep.gen.biosbias.json"
};
static const unsigned char configs_sweep_gen_counterfact_json[] = {
#embed "../../Configs/sweep.gen.counterfact.json"
};
static const unsigned char configs_sweep_gen_smollm2_json[] = {
#embed "../../Configs/sweep.gen.smollm2.json"
};
static const unsigned char configs_train_biosbias_json[] = {
#embed "../../Configs/train.biosbias.json"
};
static const unsigned char configs_train_counterfact_json[] = {
#embed "../../Configs/train.counterfact.json"
};
static const unsigned char configs_train_demo_json[] = {
#embed "../../Configs/train.demo.json"
};
static const unsigned char configs_train_mcrae_json[] = {
#embed "../../Configs/train.mcrae.json"
};
static const unsigned char configs_train_smollm2_json[] = {
#embed "../../Configs/train.smollm2.json"
};

#define ENTRY(name, array) {name, array, sizeof array}

static const demo_file files[] = {
    ENTRY("model/config.json", model_config_json),
    ENTRY("model/model.safetensors", model_model_safetensors),
    ENTRY("model/tokenizer.json", model_tokenizer_json),
    ENTRY("data/CONCS_FEATS_concstats_brm.txt", data_concs_feats_concstats_brm_txt),
    ENTRY("data/attribute_snippets.json", data_attribute_snippets_json),
    ENTRY("data/biosbias.pkl", data_biosbias_pkl),
    ENTRY("data/counterfact.json", data_counterfact_json),
    ENTRY("data/idf.npy", data_idf_npy),
    ENTRY("data/splits.json", data_splits_json),
    ENTRY("data/tfidf_vocab.json", data_tfidf_vocab_json),
    ENTRY("data/winoventi_bert_large_final.tsv", data_winoventi_bert_large_final_tsv),
    ENTRY("Configs/demo.json", configs_demo_json),
    ENTRY("Configs/dump.all.json", configs_dump_all_json),
    ENTRY("Configs/dump.biosbias.json", configs_dump_biosbias_json),
    ENTRY("Configs/dump.counterfact.json", configs_dump_counterfact_json),
    ENTRY("Configs/dump.mcrae.json", configs_dump_mcrae_json),
    ENTRY("Configs/dump.smollm2.json", configs_dump_smollm2_json),
    ENTRY("Configs/eval.cls.biosbias.json", configs_eval_cls_biosbias_json),
    ENTRY("Configs/eval.cls.counterfact.json", configs_eval_cls_counterfact_json),
    ENTRY("Configs/eval.cls.demo.json", configs_eval_cls_demo_json),
    ENTRY("Configs/eval.cls.smollm2.json", configs_eval_cls_smollm2_json),
    ENTRY("Configs/eval.ent.mcrae.json", configs_eval_ent_mcrae_json),
    ENTRY("Configs/eval.gen.biosbias.json", configs_eval_gen_biosbias_json),
    ENTRY("Configs/eval.gen.counterfact.json", configs_eval_gen_counterfact_json),
    ENTRY("Configs/eval.gen.demo.json", configs_eval_gen_demo_json),
    ENTRY("Configs/eval.gen.smollm2.json", configs_eval_gen_smollm2_json),
    ENTRY("Configs/eval.med.counterfact.json", configs_eval_med_counterfact_json),
    ENTRY("Configs/eval.med.smollm2.json", configs_eval_med_smollm2_json),
    ENTRY("Configs/eval.med.winoventi.json", configs_eval_med_winoventi_json),
    ENTRY("Configs/sweep.cls.biosbias.json", configs_sweep_cls_biosbias_json),
    ENTRY("Configs/sweep.cls.counterfact.json", configs_sweep_cls_counterfact_json),
    ENTRY("Configs/sweep.cls.smollm2.json", configs_sweep_cls_smollm2_json),
    ENTRY("Configs/sweep.ent.mcrae.json", configs_sweep_ent_mcrae_json),
    ENTRY("Configs/sweep.gen.biosbias.json", configs_sweep_gen_biosbias_json),
    ENTRY("Configs/sweep.gen.counterfact.json", configs_sweep_gen_counterfact_json),
    ENTRY("Configs/sweep.gen.smollm2.json", configs_sweep_gen_smollm2_json),
    ENTRY("Configs/train.biosbias.json", configs_train_biosbias_json),
    ENTRY("Configs/train.counterfact.json", configs_train_counterfact_json),
    ENTRY("Configs/train.demo.json", configs_train_demo_json),
    ENTRY("Configs/train.mcrae.json", configs_train_mcrae_json),
    ENTRY("Configs/train.smollm2.json", configs_train_smollm2_json),
};

size_t demo_file_count(void) { return sizeof files / sizeof files[0]; }

demo_file demo_file_at(size_t index) { return files[index]; }
